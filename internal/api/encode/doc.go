// Package encode writes answers as JSON (docs/interface.md §3.1, §3.2): a search's answer comes in, bytes go out. Equal
// answers give equal bytes on every replica. What the slots of a schedule share is written once and copied from then on.
package encode
