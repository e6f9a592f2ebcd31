/* A row of CSV as RFC 4180 has it; a cell that a spreadsheet would take for a formula begins with an apostrophe. */

const field = (value) => {
  const words = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? "'" + value : String(value);
  return /[",\r\n]/.test(words) ? `"${words.replace(/"/g, '""')}"` : words;
};
export const csvRow = (values) => values.map(field).join(",") + "\r\n";
