// The message of a step. The server and the frames of the page write the same.

/** A request, with secrets shortened. */
export interface Requested {
  readonly method: string
  readonly url: string
  readonly parameters: readonly (readonly [string, string])[]
  readonly status?: number
}

/** A step and its outcome. */
export interface Step {
  readonly name: string
  readonly where: 'browser' | 'server' | 'edge'
  readonly state: 'running' | 'passed' | 'failed'
  readonly requests?: readonly Requested[]
  /** The result: an answer of the API, or the claims of the user. */
  readonly answer?: unknown
  /** The attempt, if it had to be refused. */
  readonly tried?: string
  /** The code of a refusal or of a failure, what it is about, and what it means. */
  readonly code?: string
  readonly at?: string
  readonly meaning?: string
  /** A remark for readers. */
  readonly note?: string
  /** A command for a terminal. */
  readonly command?: string
}

/** A row of the page. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly shows: string
  readonly where: string
  readonly steps: readonly string[]
  readonly docs: string
  readonly isNamed?: boolean
  /** Whether the provider's metadata was recorded, reconstructed or made up. */
  readonly document?: string
}

/** The address of the server that runs the rows. */
export const server = document.querySelector<HTMLMetaElement>('meta[name=systems]')!.content
