// Package scan reads JSON (RFC 8259) from bytes that are there already, one value at a time, without building anything
// and without copying: texts are parts of the bytes, unless they have escapes.
//
// It is strict: whatever [encoding/json.Valid] refuses is an error here as soon as it is passed over, and documents
// nested deeper than [MaxDepth] are refused. It does not look whether texts are UTF-8; callers check all bytes once.
//
// A [Scanner] stands before a value. The caller looks at its kind ([Scanner.Next]) and takes it with one of the others,
// each of which leaves the scanner behind it:
//
//	{"npi": "9000000017", "slots": [ … ]}
//	▲ Object ──▶ field "npi" ──▶ ▲ Text ──▶ field "slots" ──▶ ▲ Array ──▶ each element: ▲ Skip
package scan
