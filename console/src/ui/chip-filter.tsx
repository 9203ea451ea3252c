import { useLingui } from '@lingui/react';
import { X } from 'lucide-react';
import styles from './chip.module.css';
import { cx } from './cx.js';
import { Menu, MenuCheck } from './menu.js';

export interface ChipOption {
  value: string;
  label: string;
}

/** A filter as a chip: its menu chooses any number of values, the cross takes them all away. */
export function ChipFilter({
  label,
  options,
  chosen,
  onChange,
}: {
  label: string;
  options: readonly ChipOption[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  const { i18n } = useLingui();
  const named = chosen.map((value) => options.find((option) => option.value === value)?.label ?? value);
  const text = chosen.length === 0 ? label : `${label}: ${named.length > 2 ? named.length : named.join(', ')}`;
  const menu = (
    <Menu
      trigger={
        <button type="button" className={cx(styles.chip, chosen.length > 0 && styles.on)}>
          <span>{text}</span>
        </button>
      }
    >
      {options.map((option) => (
        <MenuCheck
          key={option.value}
          checked={chosen.includes(option.value)}
          onChange={(checked) =>
            onChange(checked ? [...chosen, option.value] : chosen.filter((value) => value !== option.value))
          }
        >
          {option.label}
        </MenuCheck>
      ))}
    </Menu>
  );
  if (chosen.length === 0) return menu;
  return (
    <span className={styles.pair}>
      {menu}
      <button
        type="button"
        className={styles.clear}
        onClick={() => onChange([])}
        aria-label={i18n.t('Clear the filter “{label}”', { label })}
      >
        <X size={12} />
      </button>
    </span>
  );
}
