// The settings that a frame of the page needs to run a row, and the refusal at the end.
import { clientId, functionName } from '../emulators/engine/emulator.js'
import { ID_TOKEN_FAULTS, QUIRKS } from '../emulators/engine/faults.js'
import { factOf } from '../emulators/engine/facts.js'
import { localAddress } from './gateway.js'

/** The answer to the first question of a run's frame. */
export function frameSettings(run) {
  const { system } = run.row
  const [{ metadata, issuer, addresses }] = run.emulators
  const logout = Object.keys(addresses).find((address) => addresses[address] === 'logout') ?? metadata.end_session_endpoint
  return {
    base: run.base,
    preset: functionName(system.preset),
    options: system.options,
    client: { clientId, ...system.settings },
    signInOptions: system.signInOptions,
    // Where the frame goes: to addresses of this machine. Every request goes there too, by the client's `fetch`.
    metadataOverlay: {
      authorization_endpoint: localAddress(run.base, metadata.authorization_endpoint),
      ...(logout && { end_session_endpoint: localAddress(run.base, logout) }),
    },
    issuer,
    hasApi: Boolean(system.edge),
    hasUserInfo: Boolean(metadata.userinfo_endpoint && !system.userinfo?.refuses),
    reasons: reasonsOf(system),
    refusal: refusalOf(run.row),
  }
}

/** The things that a system lacks, as its preset says. */
export const reasonsOf = ({ preset, reasons = {} }) =>
  Object.fromEntries(Object.entries(reasons).map(([column, text]) => [column, factOf(preset, text).fact]))

const FAULTS = [...ID_TOKEN_FAULTS, ...QUIRKS]

/** The fault that a row shows: the one that it names, the first of the system's own, or what ZITADEL alone does. */
export function faultOf({ refusal, system: { negative = [] } }) {
  const own = refusal ? [...negative, ...FAULTS].find(({ name }) => name === refusal) : negative[0]
  return own ?? QUIRKS.find(({ name }) => name.startsWith('ZITADEL'))
}

const refusalOf = (row) => {
  const { name, code, at } = faultOf(row)
  return { name, code: code.source ?? code, at }
}

/** Makes the next tokens wrong. */
export function refuseNext(run) {
  const [emulator] = run.emulators
  Object.assign(emulator.fault, faultFor(emulator, faultOf(run.row)))
  return {}
}

/** A fault as an emulator takes it. */
export const faultFor = (emulator, one) => ({ idToken: one.idToken, key: one.key?.(emulator), isAbsent: one.isAbsent, iss: one.iss })
