/** Waiting that can be called off. */

/** Settles as the work does, or rejects with the signal's reason, whichever comes first. */
export function unless<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const halt = () => reject(stop.reason)
    stop.addEventListener('abort', halt, { once: true })
    if (stop.aborted) halt()
    work.then(resolve, reject).finally(() => stop.removeEventListener('abort', halt))
  })
}
