/** Tabs of the lower panel of the Lab; those without room are in the menu behind them. */
import type { Page } from 'playwright-core'

export async function openLowerTab(page: Page, name: string): Promise<void> {
  const tab = page.getByTestId(`tab-${name}`)
  if (await tab.isVisible()) return await tab.click()
  await page.getByTestId('instruments').click()
  await page.getByTestId(`folded-${name}`).click()
}
