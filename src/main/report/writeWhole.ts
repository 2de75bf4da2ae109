/** Written beside and renamed, so that a reader finds all of it or nothing. */
import { rename, writeFile } from 'node:fs/promises'

export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}
