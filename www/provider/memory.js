// The store of the provider for sessions, codes and tokens: a Map in memory.

/** Makes an adapter class for oidc-provider, with a Map of its own. */
export function memoryAdapter() {
  const entries = new Map()

  return class Memory {
    constructor(model) {
      this.model = model
    }

    async upsert(id, payload, expiresIn) {
      const until = expiresIn ? Date.now() + expiresIn * 1000 : Infinity
      entries.set(`${this.model}:${id}`, { id, model: this.model, payload, until })
    }

    async find(id) {
      const entry = entries.get(`${this.model}:${id}`)
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
      entries.delete(`${this.model}:${id}`)
    }

    async revokeByGrantId(grantId) {
      for (const [key, entry] of entries) {
        if (entry.payload.grantId === grantId && entry.model === this.model) entries.delete(key)
      }
    }

    #where(matches) {
      for (const entry of entries.values()) {
        if (entry.model === this.model && matches(entry.payload)) return this.find(entry.id)
      }
      return undefined
    }
  }
}
