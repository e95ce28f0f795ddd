// Firefox, driven by puppeteer over WebDriver BiDi.
import { pageRunner } from '../harness/page.mjs'

export const firefox = pageRunner('Firefox')
