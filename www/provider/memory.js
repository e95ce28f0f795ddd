// Where the provider keeps its sessions, codes and tokens: a Map that dies with the process.

/** An adapter class for oidc-provider over a Map of its own. */
export function memoryAdapter() {
  const kept = new Map()

  return class Memory {
    constructor(model) {
      this.model = model
    }

    async upsert(id, payload, expiresIn) {
      const until = expiresIn ? Date.now() + expiresIn * 1000 : Infinity
      kept.set(`${this.model}:${id}`, { id, model: this.model, payload, until })
    }

    async find(id) {
      const entry = kept.get(`${this.model}:${id}`)
      return entry && entry.until > Date.now() ? entry.payload : undefined
    }

    async findByUid(uid) {
      return this.#where((payload) => payload.uid === uid)
    }

    async findByUserCode(code) {
      return this.#where((payload) => payload.userCode === code)
    }

    async consume(id) {
      const payload = await this.find(id)
      if (payload) payload.consumed = Math.floor(Date.now() / 1000)
    }

    async destroy(id) {
      kept.delete(`${this.model}:${id}`)
    }

    async revokeByGrantId(grantId) {
      for (const [key, entry] of kept) {
        if (entry.payload.grantId === grantId && entry.model === this.model) kept.delete(key)
      }
    }

    #where(matches) {
      for (const entry of kept.values()) {
        if (entry.model === this.model && matches(entry.payload)) return this.find(entry.id)
      }
      return undefined
    }
  }
}
