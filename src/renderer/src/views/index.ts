/**
 * The views by name. The first picture waits for the start page only; the others are fetched right
 * after it, so that a host that dies later takes no view away.
 */
import { defineAsyncComponent } from 'vue'
import type { Component } from 'vue'
import { INSTRUMENTS } from '../components/instruments'
import type { ViewName } from '../stores/ui'
import StartView from './StartView.vue'

const LATER = {
  lab: () => import('./LabView.vue'),
  timeline: () => import('./TimelineView.vue'),
  teach: () => import('./TeachView.vue'),
  experiments: () => import('./ExperimentsView.vue'),
  runs: () => import('./RunsView.vue'),
  checks: () => import('./ChecksView.vue'),
  learn: () => import('./LearnView.vue'),
  logs: () => import('./LogsView.vue'),
  settings: () => import('./SettingsView.vue'),
}
const dialogs = () => import('../components/dialogs/DialogHost.vue')

export const DialogHost = defineAsyncComponent(dialogs)

export const VIEWS: Readonly<Record<ViewName, Component>> = {
  start: StartView,
  lab: defineAsyncComponent(LATER.lab),
  timeline: defineAsyncComponent(LATER.timeline),
  teach: defineAsyncComponent(LATER.teach),
  experiments: defineAsyncComponent(LATER.experiments),
  runs: defineAsyncComponent(LATER.runs),
  checks: defineAsyncComponent(LATER.checks),
  learn: defineAsyncComponent(LATER.learn),
  logs: defineAsyncComponent(LATER.logs),
  settings: defineAsyncComponent(LATER.settings),
}

/** Fetches what is not here yet; what fails is fetched again when it is first shown. */
export async function fetchViews(): Promise<void> {
  for (const load of [LATER.lab, dialogs, ...Object.values(LATER)]) await load().catch(() => null)
  for (const { load } of INSTRUMENTS) await load().catch(() => null)
}
