import type { ReactNode } from 'react'

export interface Series {
  readonly name: string
  readonly tone: 'good' | 'bad' | 'warn' | 'still'
}

interface Bar {
  readonly label: string
  /** One number for each series. */
  readonly values: readonly number[]
}

interface Props {
  /** What it shows, in words: the caption of its table too. */
  readonly title: string
  /** The heading of the labels' column: "Hour". */
  readonly of: string
  readonly series: readonly Series[]
  readonly bars: readonly Bar[]
  /** What stands under the axis; every so many bars have a label. */
  readonly labelEvery?: number
}

const height = 132
const gap = 3
const barWidth = 14
const radius = 2.5

/** Stacked bars, and the same numbers as a table for whoever reads them better. */
export function Chart({ title, of, series, bars, labelEvery = Math.ceil(bars.length / 6) }: Props) {
  const most = Math.max(1, ...bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0)))
  const width = bars.length * (barWidth + gap)
  return (
    <figure className="chart">
      <Legend series={series}>
        <li className="legend-most">most: {most.toLocaleString('en')}</li>
      </Legend>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}; the table below has the numbers`}
      >
        {bars.map(({ label, values }, index) => (
          <g key={label} transform={`translate(${index * (barWidth + gap)} 0)`}>
            <title>{`${label}: ${series.map(({ name }, at) => `${values[at] ?? 0} ${name.toLowerCase()}`).join(', ')}`}</title>
            <rect className="bar-ground" width={barWidth} height={height} rx={radius} />
            {stacked(values, most).map(({ y, size, at }) => (
              <rect key={at} className={`bar-${series[at]?.tone}`} y={y} width={barWidth} height={size} rx={radius} />
            ))}
          </g>
        ))}
      </svg>
      <div className="axis" aria-hidden="true">
        {bars
          .filter((_bar, index) => index % labelEvery === 0)
          .map(({ label }, index) => (
            <span key={label} style={{ left: `${((index * labelEvery) / bars.length) * 100}%` }}>
              {label}
            </span>
          ))}
      </div>
      <NumbersTable title={title} of={of} series={series} bars={bars} />
    </figure>
  )
}

/** What each colour is. */
function Legend({ series, children }: { readonly series: readonly Series[]; readonly children?: ReactNode }) {
  return (
    <ul className="legend">
      {series.map(({ name, tone }) => (
        <li key={name}>
          <span className={`dot dot-${tone}`} />
          {name}
        </li>
      ))}
      {children}
    </ul>
  )
}

/** The numbers of a chart. */
function NumbersTable({ title, of, series, bars }: Omit<Props, 'labelEvery'>) {
  return (
    <details className="fold numbers">
      <summary>Show as a table</summary>
      <div className="numbers-table">
        <table className="plain-table">
          <caption className="unseen">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{of}</th>
              {series.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.map(({ label, values }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {series.map(({ name }, at) => (
                  <td key={name}>{(values[at] ?? 0).toLocaleString('en')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function stacked(values: readonly number[], most: number) {
  let top = height
  return values.flatMap((value, at) => {
    if (value <= 0) return []
    const size = Math.max(2, (value / most) * height)
    top -= size
    return [{ y: Math.max(0, top), size, at }]
  })
}

interface Share {
  readonly name: ReactNode
  readonly key: string
  /** One number for each series. */
  readonly values: readonly number[]
}

interface SharesProps {
  /** What the rows are: "Method". */
  readonly of: string
  readonly series: readonly Series[]
  readonly shares: readonly Share[]
}

/** How something divides: a row each, its bar under its name and its numbers beside it. */
export function Shares({ of, series, shares }: SharesProps) {
  const most = Math.max(1, ...shares.map(({ values }) => values.reduce((sum, value) => sum + value, 0)))
  return (
    <div className="shares-box">
      <Legend series={series} />
      <table className="shares">
        <thead>
          <tr>
            <th scope="col">{of}</th>
            {series.map(({ name, tone }) => (
              <th key={name} scope="col">
                <span className={`dot dot-${tone}`} />
                <span className="shares-word">{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shares.map(({ name, key, values }) => (
            <tr key={key}>
              <th scope="row">
                {name}
                <span className="share-bar" aria-hidden="true">
                  {series.map(({ name: part, tone }, at) => (
                    <span
                      key={part}
                      className={`share-${tone}`}
                      style={{ width: `${((values[at] ?? 0) / most) * 100}%` }}
                    />
                  ))}
                </span>
              </th>
              {series.map(({ name: part }, at) => (
                <td key={part}>{(values[at] ?? 0).toLocaleString('en')}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
