/** Where the vault answers one page. */

import type { Answer, Flow, Step } from '../../core/page.js'
import { drive, now, type Turn } from '../../core/drive.js'
import { OidcError } from '../../shared/error.js'
import { makeErrands } from './api-requests.js'
import { fetchOf, hostOf, type Vault } from './host.js'
import { makeTalk, type Talk } from './remote-flow.js'
import { hide, makeTickets, readNeed, type Secret } from './handles.js'
import type { Question, Reply, Sent } from '../messages.js'

/** Says something to the page. */
export type Say = (reply: Reply, transfer?: Transferable[]) => void

type Inputs = readonly unknown[]

const never = new AbortController().signal

/** What begins with a session, and what says which token an API refused. */
const WITH_SESSION: readonly Flow[] = ['renew', 'leave', 'userinfo', 'watch', 'step-up']
const WITH_REFUSED: readonly Flow[] = ['renew', 'step-up']

/** Makes what answers the questions of one page. */
export function answerer(vault: Vault, say: Say): (question: Question) => Promise<void> {
  const { core } = vault
  const tickets = makeTickets()
  const errands = makeErrands()
  const talks = new Map<string, Talk>()
  let count = 0

  function begin(inputs: Inputs): Promise<Step> {
    const [settings, flow, text, about] = inputs as [string, Flow, string, string]
    if (![settings, flow, text, about].every(isText)) throw odd()
    // Nor is anything proved for a page: its proofs would be of use elsewhere.
    if (flow === 'prove') throw odd()
    for (const [name, talk] of talks) if (talk.isOver()) talks.delete(name)
    count += 1
    const name = `talk ${count}`
    const talk = makeTalk(name)
    talks.set(name, talk)
    const secret = (ticket: unknown) => tickets.take(ticket, settings)?.text ?? ''
    // What these begin with is a session, of which a page has the ticket.
    const given = WITH_SESSION.includes(flow) ? secret(text) : text
    const need = WITH_REFUSED.includes(flow) ? readNeed(about, secret) : { about, what: '' }
    const begun = talk.foresee(core('begin', settings, flow, given, need.about, now()))
    const turn: Turn = (...inputs) => talk.foresee(core(...inputs))
    drive(turn, settings, begun, hostOf(vault, settings, talk), talk, never)
      .then((end) => talk.end(hide(end, tickets, settings, need.what)))
      .catch(talk.fail)
    return talk.turn()
  }

  function resume([, name, id, ...answer]: Inputs): Promise<Step> {
    const talk = talks.get(name as string)
    if (!talk) throw odd()
    talk.answer(id as number, answer.slice(0, 4) as unknown as Answer)
    return talk.turn()
  }

  function tokenOf(ticket: unknown): Secret {
    const secret = tickets.take(ticket)
    if (!secret?.what.startsWith('{')) throw new OidcError('OIDC_SIGNIN_REQUIRED')
    return secret
  }

  async function send(id: number, [ticket, sent]: Inputs): Promise<void> {
    const { settings, what, text: token } = tokenOf(ticket)
    const { url, init } = sent as Sent
    // The core says what an address needs; a token goes where it was had for, and nowhere else.
    const { end } = await core('begin', settings, 'api', String(url), '', now())
    if (end?.was !== 'api' || JSON.stringify(end.need) !== what) throw odd()
    const fetch = fetchOf(vault, settings, token)
    await errands.run(id, fetch, url, init, token, (said, transfer) => say({ id, said }, transfer))
  }

  const answers: Record<string, (inputs: Inputs) => unknown> = {
    begin,
    resume,
    reveal: ([ticket]) => tokenOf(ticket).text,
    cancel: ([id]) => errands.cancel(id),
    ping: () => {},
  }

  return async ({ id, want, inputs }) => {
    try {
      if (want === 'fetch') return await send(id, inputs)
      if (!Object.hasOwn(answers, want)) throw odd()
      say({ id, said: await answers[want]!(inputs) })
    } catch (error) {
      if (OidcError.is(error)) say({ id, code: error.code, at: error.at })
      else say({ id, thrown: String((error as Error | undefined)?.message) })
    }
  }
}

const isText = (x: unknown) => typeof x === 'string'

/** This package's own page asks nothing like that, or asks another worker than it began with. */
const odd = () => new OidcError('OIDC_VAULT_UNAVAILABLE', 'vault')
