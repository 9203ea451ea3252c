import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.js';
import styles from './menu.module.css';

/** A menu under its trigger. `trigger` is the button; the items are the children. */
export function Menu({
  trigger,
  children,
  align = 'start',
}: {
  trigger: ReactElement;
  children: ReactNode;
  align?: 'start' | 'end';
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} align={align} sideOffset={5} collisionPadding={10}>
          <Base.Popup className={styles.popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** Does something and closes the menu. */
export function MenuItem({
  onSelect,
  icon,
  danger,
  disabled = false,
  children,
}: {
  onSelect: () => void;
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  children: ReactNode;
}) {
  return (
    <Base.Item className={cx(styles.item, danger && styles.danger)} onClick={onSelect} disabled={disabled}>
      {icon}
      <span className={styles.label}>{children}</span>
    </Base.Item>
  );
}

/** One of several choices; the menu stays open, so that more can be chosen. */
export function MenuCheck({
  checked,
  onChange,
  children,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Base.CheckboxItem className={styles.item} checked={checked} onCheckedChange={onChange} closeOnClick={false}>
      <span className={styles.tick}>
        <Base.CheckboxItemIndicator>
          <Check size={14} />
        </Base.CheckboxItemIndicator>
      </span>
      <span className={styles.label}>{children}</span>
    </Base.CheckboxItem>
  );
}

/** Exactly one of several; choosing closes the menu. */
export function MenuRadio<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label?: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <Base.RadioGroup value={value} onValueChange={(next: T) => onChange(next)}>
      {label && <Base.GroupLabel className={styles.group}>{label}</Base.GroupLabel>}
      {options.map((option) => (
        <Base.RadioItem key={option.value} value={option.value} className={styles.item} closeOnClick>
          <span className={styles.tick}>
            <Base.RadioItemIndicator>
              <Check size={14} />
            </Base.RadioItemIndicator>
          </span>
          <span className={styles.label}>{option.label}</span>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}

/** A hairline between groups. */
export function MenuLine() {
  return <Base.Separator className={styles.line} />;
}
