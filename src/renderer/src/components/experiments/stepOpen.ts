/** Which step of the form is open, by the id of its row; empty: none. */
import type { InjectionKey, Ref } from 'vue'

export const STEP_OPEN: InjectionKey<Ref<string>> = Symbol('the step that is open')
