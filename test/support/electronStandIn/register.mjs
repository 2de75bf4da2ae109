/**
 * `node --import register.mjs out/main/index.js`: runs the built shell with the stand-in in place
 * of `electron` and a real Chromium page behind its window.
 *
 * Environment: STAND_IN_BROWSER, the debugging address of a Chromium that a test started;
 *              STAND_IN_USER_DATA, the folder that `app.getPath('userData')` answers;
 *              STAND_IN_CHOSEN, the file that a person chooses in every dialog.
 */
import { register } from 'node:module'

register('./hooks.mjs', import.meta.url)

// Not written as a literal: type checks know no import that ends in `.ts`.
const driver = new URL('./chromiumPage.ts', import.meta.url).href
const { putChromiumBehind } = await import(driver)
const { STAND_IN_BROWSER, STAND_IN_USER_DATA, STAND_IN_CHOSEN } = process.env
putChromiumBehind(STAND_IN_BROWSER ?? '', STAND_IN_USER_DATA ?? '', STAND_IN_CHOSEN ?? '')
