import { useLingui } from '@lingui/react';
import { ChevronDown } from 'lucide-react';
import { useFormat } from '../../i18n/use-format.js';
import { Button } from '../../ui/button.js';
import { Menu, MenuRadio } from '../../ui/menu.js';
import { defaultRange, type PresetRange, type Range } from './criteria.js';

/** Chooses the time range; shows a dragged span as its two moments. */
export function RangeMenu({
  range,
  onChange,
}: {
  range: Range;
  onChange: (range: PresetRange | 'all' | undefined) => void;
}) {
  const { i18n } = useLingui();
  const format = useFormat();
  const options: { value: PresetRange | 'all'; label: string }[] = [
    { value: '15m', label: i18n.t('Last 15 minutes') },
    { value: '1h', label: i18n.t('Last hour') },
    { value: '24h', label: i18n.t('Last 24 hours') },
    { value: '7d', label: i18n.t('Last 7 days') },
    { value: 'all', label: i18n.t('All time') },
  ];
  const value = range.kind === 'preset' ? range.preset : range.kind;
  const label =
    range.kind === 'span'
      ? `${format.clock(range.fromMs)} — ${format.clock(range.toMs)}`
      : options.find((option) => option.value === value)?.label;
  return (
    <Menu
      align="end"
      trigger={
        <Button className="num">
          {label}
          <ChevronDown size={14} />
        </Button>
      }
    >
      <MenuRadio<string>
        value={value}
        options={options}
        onChange={(next) => onChange(next === defaultRange ? undefined : (next as PresetRange | 'all'))}
      />
    </Menu>
  );
}
