// The page: starts the client once, then shows its state.
import { auth } from './auth.ts'
import { showPanel } from './panel/index.ts'
import { clearFailure, showFailure, showWarning } from './view/failure.ts'
import { signedInView } from './view/signed-in.ts'
import { signedOutView } from './view/signed-out.ts'
import { tokenCard } from './view/token.ts'

const view = document.querySelector('#view')!
// The card stays during a renewal, which may happen while a call runs. Another user gets a new card.
let token: { of: string; shown: HTMLElement } | undefined
const status = document.querySelector('#status')!

auth.subscribe(show)
showPanel(auth, document.querySelector('#panel')!)
auth.addEventListener('degraded', (event) => showWarning(event.error))

// At a sign-out the provider shows this address in a frame, and the page signs the user out in every
// tab. At any other address `start` finishes a sign-in if the provider's response is in it, or
// restores the session. It rejects if the response was refused. It does not reject if the user is not
// signed in.
const isFrame = location.pathname === '/front-channel-logout'
const started = isFrame ? auth.frontchannelLogout() : auth.start()
started.catch(showFailure).finally(show)

function show() {
  const { user } = auth
  if (user) {
    status.textContent = 'Signed in'
    if (token?.of !== user.sub) token = { of: user.sub, shown: tokenCard(auth) }
    view.replaceChildren(signedInView(auth, user, signOut, token.shown))
  } else if (auth.status === 'signedOut') {
    status.textContent = 'Signed out'
    token = undefined
    view.replaceChildren(signedOutView(signIn))
  }
}

// Leaves the page. The promise settles only if that fails: the provider is unreachable, or the user
// presses "back".
function signIn() {
  clearFailure()
  auth.signIn().catch(showFailure)
}

function signOut() {
  clearFailure()
  auth.signOut().catch(showFailure)
}
