// Chromium, driven by puppeteer.
import { pageRunner } from '../harness/page.mjs'

export const chromium = pageRunner('Chromium')
