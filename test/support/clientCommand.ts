import type { Page } from 'playwright-core'

/**
 * Types a command into the open Client panel and sends it with Enter. A leader can be known before
 * every node has started: until then nothing can be sent, and Enter does nothing.
 */
export async function sendCommand(page: Page, text: string): Promise<void> {
  await page.locator('[data-testid="client-send"]:enabled').waitFor()
  await page.getByTestId('client-command').fill(text)
  await page.keyboard.press('Enter')
}
