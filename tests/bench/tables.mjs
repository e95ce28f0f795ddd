// The measured times as tables in Markdown, and the places for them in the documentation.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { replace } from '../tables/tables.mjs'
import { at } from './bundle.mjs'
import { median, ratio } from './stats.mjs'

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
const us = (list) => (list ? number(median(list)) : '–')
const number = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(1))

/** A part that takes less than this for every algorithm has no row of its own, in microseconds per token. */
const SMALL = 0.2

/** Whether a contender is the cost of the signature alone, and no library. */
const isMeasure = (name) => name.startsWith('bare')
const isOurs = (name) => name.startsWith('countersign')

/** Ours by the fastest peer of the same kind of token. */
function best(times) {
  const fastest = (names) => names.sort((a, b) => median(times[a]) - median(times[b]))[0]
  const all = Object.keys(times).filter((name) => !isMeasure(name))
  const [ours, peer] = [fastest(all.filter(isOurs)), fastest(all.filter((name) => !isOurs(name)))]
  return ours && peer ? { ours, peer, ratio: ratio(times[ours], times[peer]) } : undefined
}

const said = (one) => (one ? `${one.ratio.toFixed(2)} × ${one.peer}` : '–')

/** A row for each runtime, algorithm and kind of token. */
export function verifying(seen) {
  const rows = []
  for (const kind of ['new', 'seen']) {
    for (const [runtime, algs] of Object.entries(seen)) {
      for (const { alg, times } of algs) {
        const of = (name) => us(times[kind][name])
        rows.push([
          `${runtime}, ${alg}, ${kind === 'new' ? 'new' : 'seen before'}`,
          of('countersign verify'), of('countersign verifySync'), of('jose'), of('fast-jwt'),
          of('fast-jwt, cache'), of('aws-jwt-verify'), of('bare node:crypto'), of('bare subtle'),
          said(best(times[kind])),
        ])
      }
    }
  }
  return table(['token', '`verify`', '`verifySync`', 'jose', 'fast-jwt', 'fast-jwt, cache',
    'aws-jwt-verify', 'node:crypto alone', 'subtle alone', 'ours by the fastest peer'], rows)
}

/** The same in short: ours, the fastest peer, the signature alone. */
export function comparing(seen) {
  const rows = []
  for (const kind of ['new', 'seen']) {
    for (const [runtime, algs] of Object.entries(seen)) {
      for (const { alg, times } of algs) {
        const all = times[kind]
        const one = best(all)
        if (kind === 'seen' && alg !== 'RS256') continue
        const alone = Object.keys(all).filter(isMeasure).map((name) => median(all[name]))
        rows.push([
          `${runtime}, ${alg}${kind === 'new' ? '' : ', seen before'}`,
          us(all['countersign verify']), us(all['countersign verifySync']),
          one ? `${us(all[one.peer])} ${one.peer}` : '–',
          alone.length > 0 ? number(Math.min(...alone)) : '–',
          one ? one.ratio.toFixed(2) : '–',
        ])
      }
    }
  }
  const head = ['µs a token', '`verify`', '`verifySync`', 'fastest peer', 'signature alone', 'ratio']
  return table(head, rows)
}

/** Where the time of a new token goes beside the signature, in Node. */
export function spent(profiles) {
  const every = [...new Set(profiles.flatMap(({ rows }) => rows.map(([part]) => part)))]
  const time = (rows, part) => rows.find(([name]) => name === part)?.[1] ?? 0
  const large = every.filter((part) => profiles.some(({ rows }) => time(rows, part) >= SMALL))
  const small = every.filter((part) => !large.includes(part))
  const sum = (parts) =>
    profiles.map(({ rows }) => parts.reduce((all, part) => all + time(rows, part), 0).toFixed(1))
  return table(['µs a token beside the signature, Node', ...profiles.map(({ alg }) => alg)], [
    ...large.map((part) => [part, ...sum([part])]),
    [`${small.length} smaller ones`, ...sum(small)],
    ['together', ...sum(every)],
  ])
}

/** First verifications in fresh processes. */
export const starting = (times) =>
  table(['cold start, Node', 'first token, ms', 'with the import, ms'],
    Object.entries(times).map(([name, { first, whole }]) => [name, number(median(first)), number(median(whole))]))

/** Requests a second. */
export function loaded(seen) {
  const rate = (list) => Math.round(median(list)).toLocaleString('en')
  const rows = Object.keys(seen.new).map((route) => [
    { open: 'no check', guard: '`guard`', jose: 'jose, by hand' }[route],
    rate(seen.new[route]), rate(seen.seen[route]),
    `${number(ratio(seen.seen[route], seen.seen.open) * 100)} %`,
  ])
  return table(['API on workerd, ES256', 'requests a second, new tokens', 'tokens seen before', 'of no check'], rows)
}

/** The cost of a hundred or a thousand times as much. */
export function growing(seen) {
  const rows = Object.entries(seen).flatMap(([what, lines]) =>
    Object.entries(lines).map(([who, dots]) => [
      `${what}, ${who}`,
      ...[1, 10, 100, 1000].map((wanted) => us(dots.find(([size]) => size === wanted)?.[1])),
    ]))
  return table(['µs a token, Node, EdDSA', '1', '10', '100', '1000'], rows)
}

/** In short, for the README: RS256 in each runtime, a token that is new and one that was seen before. */
export function shortly(seen) {
  const rows = Object.entries(seen).map(([runtime, algs]) => {
    const { times } = algs.find(({ alg }) => alg === 'RS256')
    const of = (kind) => {
      const one = best(times[kind])
      return [us(times[kind]['countersign verify']), one ? `${us(times[kind][one.peer])} ${one.peer}` : '–', one]
    }
    const [[fresh, peer, one], [again, cached]] = [of('new'), of('seen')]
    return [runtime, fresh, peer, one ? one.ratio.toFixed(2) : '–', again, cached]
  })
  const head = ['RS256, µs a token', '`verify`', 'fastest peer', 'ratio', 'seen before', 'fastest peer']
  return table(head, rows)
}

/** When, what and on which kind of machine, without its name. */
export function conditions() {
  const { version } = JSON.parse(readFileSync(at('pkg/package.json'), 'utf8'))
  const [day] = new Date().toISOString().split('T')
  const node = process.versions.node.split('.')[0]
  return `Measured on ${day}, version ${version}, ${cpus().length} cores, Node ${node}.`
}

/** Writes the tables into the documentation. */
export function writeDocs(whole, seen) {
  replace('docs/benchmarks.md', 'bench', `${conditions()}\n\n${whole}`)
  if (seen) replace('README.md', 'speed', `${conditions()}\n\n${shortly(seen)}`)
}
