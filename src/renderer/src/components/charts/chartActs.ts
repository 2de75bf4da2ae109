/** What the menu of a chart offers. */
export type ChartAct = 'copy' | 'png' | 'csv' | 'table'
