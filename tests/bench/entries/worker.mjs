// workerd, whose clock stands still while it computes: each request is one turn of one contender,
// and the times are taken outside.
import world from 'given:world'
import { makeContenders, prepare } from '../contenders.mjs'
import { fresh } from '../race.mjs'

let made
let laid = []

export default {
  async fetch(request) {
    const words = new URL(request.url).pathname.slice(1).split('/').map(decodeURIComponent)
    const [act, place, name, ...numbers] = words
    if (act === 'names') {
      made ??= await Promise.all(world.algs.map(makeContenders))
      const named = (all) => Object.entries(all).map(([name, one]) => [name, one.missing])
      return Response.json(made.map(named))
    }
    if (act === 'lay') {
      const [from, count, times] = numbers.map(Number)
      laid = fresh(world.algs[place].tokens.slice(from, from + count), times)
      prepare(name, laid)
    }
    if (act === 'run') await made[place][name](laid)
    return new Response()
  },
}
