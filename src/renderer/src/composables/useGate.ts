/** Frames that wait at the gate, for a panel that shows them: asked at once when it appears. */
import { storeToRefs } from 'pinia'
import { onMounted } from 'vue'
import type { Ref } from 'vue'
import type { GateView } from '../../../shared/gate'
import { useGateStore } from '../stores/gate'

export function useGate(): Ref<GateView> {
  const store = useGateStore()
  onMounted(store.round)
  return storeToRefs(store).view
}
