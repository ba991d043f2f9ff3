/** A button that opens a short list of actions. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./Icon.tsx";

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  readonly checked?: boolean;
  /** Whether several may be checked: the list stays open. */
  readonly several?: boolean;
  readonly onSelect: () => void;
}

export function Menu(props: {
  readonly label: string;
  readonly icon?: IconName;
  /** Shows the label beside the drawing. */
  readonly text?: boolean;
  readonly upwards?: boolean;
  readonly disabled?: boolean;
  readonly items: readonly MenuItem[];
}) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    entries(list.current)[0]?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [open]);
  function close() {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  }
  function onKeyDown(event: KeyboardEvent) {
    if (!open) return;
    const all = entries(list.current);
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = target(event.key, at, all.length);
    if (event.key === "Escape") close();
    else if (event.key === "Tab") return setOpen(false);
    else if (to === null) return;
    else all[to]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
  return (
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        class={props.text ? "button button-plain" : "icon-button"}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={props.text ? undefined : props.label}
        title={props.text ? undefined : props.label}
        disabled={props.disabled}
        onClick={() => setOpen(!open)}
      >
        {props.icon && <Icon name={props.icon} size={props.text ? 16 : 18} />}
        {props.text && <span>{props.label}</span>}
        {props.text && <Icon name="down" size={14} />}
      </button>
      {open && (
        <div
          class={props.upwards ? "menu-list menu-list-up" : "menu-list"}
          role="menu"
          aria-label={props.label}
          ref={list}
        >
          {props.items.map((item) => (
            <button
              key={item.label}
              type="button"
              role={roleOf(item)}
              aria-checked={item.checked}
              tabIndex={-1}
              class={item.danger ? "menu-item menu-item-danger" : "menu-item"}
              onClick={() => {
                if (!item.several) close();
                item.onSelect();
              }}
            >
              {item.icon && <Icon name={item.icon} size={16} />}
              <span>{item.label}</span>
              {item.checked && <Icon name="check" size={14} />}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function roleOf(item: MenuItem) {
  if (item.checked === undefined) return "menuitem";
  return item.several ? "menuitemcheckbox" : "menuitemradio";
}

function entries(list: HTMLElement | null): HTMLButtonElement[] {
  return [...list?.querySelectorAll<HTMLButtonElement>("button") ?? []];
}

/** Where a key moves the focus to; null for other keys. */
function target(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return (at - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
