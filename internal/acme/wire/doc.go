// Package wire is what a surface gets and gives: a [Request] that has found its way, an [Answer] that was not sent yet,
// and the [Route] by which a surface says what it takes, from whom, in which form, and how its errors look.
//
//	tenant ──▶ Route.Handle(Request) ──▶ Answer ──▶ tenant
package wire
