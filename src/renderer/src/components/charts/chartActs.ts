/** What the menu of a chart offers. */
export type ChartAct =
  'copy' | 'png' | 'svg' | 'pin' | 'copyCsv' | 'csv' | 'table' | 'up' | 'down' | 'hide'
