import { createClient, OidcError, type User } from 'countersign'

const auth = createClient<{ tenant: string }>({
  issuer: 'https://id.example.com',
  clientId: 'spa',
  redirectUri: '/callback',
  apis: { 'https://api.example.com/': { scope: 'inbox:read' } },
})

export async function who(): Promise<string> {
  try {
    const user: User<{ tenant: string }> | null = await auth.start()
    if (!user) return auth.signIn()
    const response = await auth.fetch('https://api.example.com/inbox', { method: 'POST' })
    return `${user.sub} of ${user.tenant}: ${response.status}`
  } catch (error) {
    // @ts-expect-error A code that does not exist is a mistake that the compiler finds.
    if (OidcError.is(error) && error.code === 'OIDC_NO_SUCH_CODE') return 'never'
    return OidcError.is(error) ? error.code : 'unknown'
  }
}
