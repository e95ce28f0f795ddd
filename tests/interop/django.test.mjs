// django-oauth-toolkit, as it is installed.
import { runAt } from './harness/run.mjs'
import { django } from './providers/django.mjs'

runAt(django)
