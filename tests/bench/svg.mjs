// Plots as SVG: bars side by side, and curves over logarithmic axes.

const COLORS = ['#0b6b4f', '#67b39a', '#4c6fa5', '#b3673b', '#d9a25f', '#7d5ba6', '#8a8f8c', '#b9bdba']
const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const text = (x, y, words, more = '') => `<text x="${x}" y="${y}" ${more}>${escape(words)}</text>`
const short = (number) => (number >= 100 ? number.toFixed(0) : number.toPrecision(2))

function drawing(width, height, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`
}

/** Bars: `groups` are `[title, [[name, number], ..]]`. Lower is better. */
export function bars(title, groups) {
  const parts = [text(16, 24, title, 'font-size="15" font-weight="bold"')]
  let y = 44
  for (const [name, rows] of groups) {
    const most = Math.max(...rows.map(([, number]) => number))
    parts.push(text(16, (y += 22), name, 'font-weight="bold"'))
    rows.forEach(([row, number], place) => {
      y += 18
      const width = Math.max(1, (number / most) * 480)
      parts.push(
        text(190, y, row, 'text-anchor="end"'),
        `<rect x="198" y="${y - 11}" width="${width.toFixed(1)}" height="13" fill="${COLORS[place % COLORS.length]}"/>`,
        text(204 + width, y, `${short(number)} µs`, 'fill="#555"'),
      )
    })
  }
  return drawing(780, y + 20, parts)
}

/** Curves side by side: `panels` are `[title, { name: [[x, y], ..] }]`. */
export function curves(title, panels) {
  const [width, height, gap] = [250, 220, 60]
  const parts = [text(16, 24, title, 'font-size="15" font-weight="bold"')]
  const points = panels.flatMap(([, lines]) => Object.values(lines).flat())
  const reach = (at) => [Math.min(...points.map((one) => one[at])), Math.max(...points.map((one) => one[at]))]
  const scale = ([from, to], span) => (value) => (Math.log(value / from) / Math.log(to / from)) * span
  const [first, last] = reach(1)
  const [toX, toY] = [scale(reach(0), width), scale([first / 1.5, last * 1.5], height)]
  panels.forEach(([name, lines], panel) => {
    const left = gap + panel * (width + gap)
    const x = (value) => (left + toX(value)).toFixed(1)
    const y = (value) => (60 + height - toY(value)).toFixed(1)
    parts.push(
      text(left, 50, name, 'font-weight="bold"'),
      `<path d="M${left} 60V${60 + height}H${left + width}" fill="none" stroke="#999"/>`,
      ...[1, 10, 100, 1000].map((size) => text(x(size), 76 + height, size, 'text-anchor="middle" fill="#555"')),
      ...[first, last].map((time) => text(left - 6, y(time), `${short(time)}`, 'text-anchor="end" fill="#555"')),
    )
    Object.entries(lines).forEach(([line, dots], place) => {
      const color = COLORS[place * 2]
      const path = dots.map(([size, time]) => `${x(size)} ${y(time)}`).join('L')
      parts.push(
        `<path d="M${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
        text(left + 8, 74 + place * 16, line, `fill="${color}"`),
      )
    })
  })
  return drawing(gap + panels.length * (width + gap), height + 100, parts)
}
