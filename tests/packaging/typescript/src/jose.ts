import { verifyJws } from 'countersign/jose'

export async function kid(token: string, keys: { keys: JsonWebKey[] }): Promise<string> {
  const { header } = await verifyJws(token, keys, { algorithms: ['ES256'] })
  return String(header['kid'])
}
