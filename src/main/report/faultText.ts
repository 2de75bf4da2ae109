/** A fault in words for pages: drawn probabilities have more digits than anybody reads. */
import type { Fault } from '../../core/fault'
import { faultWords } from '../../shared/labWords'

export function faultText(fault: Fault): string {
  return faultWords(fault).replaceAll(/\d+\.\d{3,}/g, (text) =>
    String(Number(Number(text).toPrecision(3))),
  )
}
