'use client'
import { createClient } from 'countersign'
import { useEffect, useState } from 'react'

const auth = createClient({
  issuer: globalThis.ISSUER ?? 'https://id.example.com',
  clientId: 'demo-spa',
  redirectUri: '/callback',
  allowLoopbackIssuer: true,
})

export function SignIn() {
  const [seen, setSeen] = useState(null)
  useEffect(() => {
    auth.start().then(
      (user) => setSeen({ sub: user?.sub }),
      (error) => setSeen({ failure: error.code ?? String(error) }),
    )
  }, [])
  if (!seen) return null
  if (seen.failure) return <p data-testid="error-code">{seen.failure}</p>
  if (seen.sub) return <p data-testid="sub">{seen.sub}</p>
  return <button onClick={() => auth.signIn()}>Sign in</button>
}
