import { SignIn } from '../sign-in.jsx'

export default function Page() {
  return <SignIn />
}
