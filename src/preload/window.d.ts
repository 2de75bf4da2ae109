/** What the preload puts on the page; absent in a plain browser. */
import type { PreloadApi } from '../shared/shell'

declare global {
  interface Window {
    readonly paxosLab?: PreloadApi
  }
}
