/** What a check found: words for people, and the events (`seq`) that show it. */
export interface Violation {
  readonly invariant: string
  readonly words: string
  readonly evidence: readonly number[]
}
