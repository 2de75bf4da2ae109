/** How a re-enactment ended, in a sentence. */
import type { ReenactmentView } from '../../../../shared/reenactApi'

export function expectedWords(expected: string | null): string {
  return expected === null ? 'no violation' : `a violation of ${expected}`
}

export function endWords({ expected, end, failure, act, acts }: ReenactmentView): string {
  if (end === null) {
    return failure === '' ? '' : `It did not come to its end (act ${act} of ${acts}): ${failure}`
  }
  const { same, violated, valuesOnDisk } = end
  const disks = valuesOnDisk > 1 ? ` The disks hold ${valuesOnDisk} chosen values in one slot.` : ''
  if (same) {
    const words =
      expected === null
        ? 'Nothing was violated, as the schedule says.'
        : `The same violation came on real processes: ${expected}.`
    return words + disks
  }
  const found = violated.length === 0 ? 'no violation' : violated.join(', ')
  const words = `It ended otherwise: the schedule names ${expectedWords(expected)}`
  // No time passes by itself here, so that liveness is not judged.
  const why = expected === 'I15' ? ' Liveness is not judged where no time passes by itself.' : ''
  return `${words}, and the live checks found ${found}.${why}${disks}`
}

/** What the banner says of a run that is one. */
export function reenactedWords({ same, expected }: { same: boolean; expected: string }): string {
  return same ? `the same end: ${expected}` : `another end than ${expected}`
}
