/** There is more to do than can be held; nothing of this request was done, and it may be sent again. */
export class OverloadError extends Error {}
