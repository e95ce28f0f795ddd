import { decryptionKeys, verifyJws, type Keys } from 'countersign/jose'

export async function kid(token: string, keys: Keys): Promise<string> {
  const { header } = await verifyJws(token, keys, { algorithms: ['ES256'] })
  return String(header['kid'])
}

export const open = decryptionKeys([{ kty: 'oct', k: 'AAAA' }], { alg: 'dir', enc: 'A256GCM' })
