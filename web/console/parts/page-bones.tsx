/** Holds the place of a page that is on its way. */
export function PageBones() {
  return (
    <div className="bones" role="status" aria-label="Loading">
      <span className="bone bone-title" />
      <span className="bone bone-lead" />
      <span className="bone bone-panel" />
      <span className="bone bone-panel" />
    </div>
  )
}
