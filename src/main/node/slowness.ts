/**
 * Slowness: the whole node stands still for a while, as on a machine without time for it: no input
 * is read, no timer fires, no disk answers. Its kernel goes on taking what others send.
 */
import type { SlowSetting } from '../../core/fault'

const CELL = new Int32Array(new SharedArrayBuffer(4))

/** The thread itself stands still, as under SIGSTOP. */
export function sleepSync(ms: number): void {
  Atomics.wait(CELL, 0, 0, ms)
}

/** Waits delayMs + uniform(-jitterMs, jitterMs), at least 0. */
export function standStill({ delayMs, jitterMs }: SlowSetting): void {
  const ms = delayMs + (Math.random() * 2 - 1) * jitterMs
  if (ms > 0) sleepSync(ms)
}
