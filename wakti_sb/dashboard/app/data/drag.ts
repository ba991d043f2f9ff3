/** Dragging a row to another place, with a mouse, a pen or a finger. */

import { useRef, useState } from "preact/hooks";

interface Drag {
  readonly from: number;
  /** The place the row would get, counted without it. */
  readonly to: number;
}

/**
 * What a table needs to let its rows be dragged.
 *
 * @param onMove Told both places once the row is dropped.
 */
export function useRowDrag(onMove: (from: number, to: number) => void) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);

  function begin(event: PointerEvent, from: number) {
    const grip = event.currentTarget;
    if (event.button !== 0 || !(grip instanceof HTMLElement)) return;
    const rows = [...body.current?.rows ?? []];
    let to = from;
    function follow(moved: PointerEvent) {
      to = placeAt(rows, from, moved.clientY);
      setDrag({ from, to });
    }
    function end(done: PointerEvent) {
      grip?.removeEventListener("pointermove", follow as EventListener);
      grip?.removeEventListener("pointerup", end as EventListener);
      grip?.removeEventListener("pointercancel", end as EventListener);
      setDrag(null);
      if (done.type === "pointerup" && to !== from) onMove(from, to);
    }
    // Captured, the pointer belongs to the grip wherever it goes.
    grip.setPointerCapture(event.pointerId);
    grip.addEventListener("pointermove", follow as EventListener);
    grip.addEventListener("pointerup", end as EventListener);
    grip.addEventListener("pointercancel", end as EventListener);
  }

  function classOf(index: number): string | undefined {
    if (!drag) return undefined;
    if (index === drag.from) return "row-dragged";
    if (index !== drag.to || drag.to === drag.from) return undefined;
    return drag.to < drag.from ? "row-drop-before" : "row-drop-behind";
  }

  return { body, begin, classOf };
}

/** The place of a row dropped at a height: behind every row whose middle is above. */
function placeAt(
  rows: readonly HTMLTableRowElement[],
  from: number,
  height: number,
): number {
  return rows.filter((row, index) => {
    const box = row.getBoundingClientRect();
    return index !== from && box.top + box.height / 2 < height;
  }).length;
}
