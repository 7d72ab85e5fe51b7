/** Lines over spans. ECharts comes with this module, so it is loaded only where a chart is. */
import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { S } from '../../lib/api';

use([LineChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer]);

export interface Line {
  name: string;
  values: (number | null)[];
  /** How a value is written at the pointer. */
  printed: string[];
}

interface Props {
  spans: string[];
  lines: Line[];
  unit: S['Figure']['unit'];
  height: number;
}

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
/** Lets the drawing be scaled to the width of a paper. */
function scalable(box: HTMLElement) {
  const drawing = box.querySelector('svg');
  drawing?.setAttribute('viewBox', `0 0 ${drawing.getAttribute('width')} ${drawing.getAttribute('height')}`);
}

/** What stands behind a number on the axis. */
const SIGN: Record<S['Figure']['unit'], string> = { count: '', percent: '%', points: ' 分', minutes: ' 分钟', days: ' 天' };
const COLOURS = ['accent', 'ink-3', 'soon', 'ok'];
const DASHES = ['solid', 'dashed', 'dotted', 'solid'] as const;
/** Told apart without colour too. */
const SIGNS = ['circle', 'rect', 'triangle', 'diamond'];

function option({ spans, lines, unit }: Props) {
  const text = { color: token('ink-2'), fontFamily: token('font'), fontSize: 12 };
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: token('font') },
    grid: { left: 56, right: 16, top: 36, bottom: 28 },
    legend: { left: 0, top: 0, itemWidth: 24, itemHeight: 8, itemGap: 12, textStyle: text },
    tooltip: { trigger: 'axis' as const, backgroundColor: token('paper'), borderColor: token('line-2'), textStyle: { color: token('ink'), fontSize: 12 } },
    xAxis: {
      type: 'category' as const,
      data: spans,
      boundaryGap: false,
      axisLabel: text,
      axisLine: { lineStyle: { color: token('line-2') } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value' as const,
      max: unit === 'percent' ? 100 : undefined,
      minInterval: unit === 'points' ? undefined : 1,
      axisLabel: { ...text, formatter: `{value}${SIGN[unit]}` },
      splitLine: { lineStyle: { color: token('line') } },
    },
    series: lines.map((line, at) => ({
      type: 'line' as const,
      name: line.name,
      data: line.values,
      color: token(COLOURS[at % COLOURS.length] ?? 'accent'),
      lineStyle: { width: 2, type: DASHES[at % DASHES.length] },
      symbol: SIGNS[at % SIGNS.length],
      symbolSize: 7,
      connectNulls: false,
      tooltip: { valueFormatter: (_: unknown, index?: number) => line.printed[index ?? 0] ?? '' },
    })),
  };
}

export default function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const text = JSON.stringify([props.spans, props.lines, props.unit]);
  useEffect(() => {
    const place = box.current;
    if (!place) return;
    const chart = init(place, null, { renderer: 'svg' });
    const paint = () => chart.setOption(option(props));
    const print = () => scalable(place);
    paint();
    const sized = new ResizeObserver(() => chart.resize());
    sized.observe(place);
    window.addEventListener('themechange', paint);
    window.addEventListener('beforeprint', print);
    return () => {
      sized.disconnect();
      window.removeEventListener('themechange', paint);
      window.removeEventListener('beforeprint', print);
      chart.dispose();
    };
  }, [text]);
  return (
    <div
      ref={box}
      data-chart
      style={{ height: props.height }}
      role="img"
      aria-label={props.lines.map((line) => `${line.name}:${props.spans.map((span, at) => `${span} ${line.printed[at]}`).join(',')}`).join(';')}
    />
  );
}
