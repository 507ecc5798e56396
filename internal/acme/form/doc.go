// Package form says what a JSON body must look like and finds the first thing wrong with one: as much of JSON Schema as
// the published documents of DexCare use, in the words of their validators. A [Form] is data, made by the functions of
// this package; [Form.Read] checks a body and decodes it, or gives a [Mismatch].
package form
