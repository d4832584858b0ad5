import type { PreviewedMessage } from '../../../contract/console/delivery.ts'
import { plural, viaNames } from '../parts/words.ts'

const kinds = { code: 'Code', links: 'Link', voice: 'Voice', notice: 'Notice' } as const

/** A message as it would arrive. */
export function MessagePreview({ message }: { readonly message: PreviewedMessage }) {
  const { message: kind, via, subject, text, smsParts } = message
  return (
    <figure className={`bubble bubble-${via}`}>
      <figcaption>
        {kinds[kind]} by {viaNames[via]}
        {smsParts !== null && ` · ${plural(smsParts, 'part')}`}
      </figcaption>
      {subject && <p className="bubble-subject">{subject}</p>}
      <p className="bubble-text">{text}</p>
    </figure>
  )
}
