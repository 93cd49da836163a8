package app

import (
	"context"
	"io"

	"lineman/internal/inventory"
	"lineman/models"
)

// InventoryKinds are the kinds of bulk data that Import and Export know.
var InventoryKinds = []string{"providers", "sites", "circuits", "aliases", "redundancy"}

// Import reads a CSV file of one of InventoryKinds, all or nothing. An
// InputError names the line.
func (a *App) Import(ctx context.Context, kind string, r io.Reader) (models.ImportResult, error) {
	switch kind {
	case "providers":
		return importRows(ctx, r, inventory.ReadProviders, a.store.ImportProviders)
	case "sites":
		return importRows(ctx, r, inventory.ReadSites, a.store.ImportSites)
	case "circuits":
		return importRows(ctx, r, inventory.ReadCircuits, a.store.ImportCircuits)
	case "aliases":
		return importRows(ctx, r, inventory.ReadAliases, a.store.ImportAliases)
	case "redundancy":
		return importRows(ctx, r, inventory.ReadRedundancy, a.store.ImportRedundancy)
	}
	return models.ImportResult{}, models.Invalid("import", "%q cannot be imported; it is one of %v", kind, InventoryKinds)
}

func importRows[Row any](
	ctx context.Context, r io.Reader,
	read func(io.Reader) ([]Row, error),
	keep func(context.Context, []Row) (models.ImportResult, error),
) (models.ImportResult, error) {
	rows, err := read(r)
	if err != nil {
		return models.ImportResult{}, err
	}
	return keep(ctx, rows)
}

// Export writes the CSV file of one of InventoryKinds.
func (a *App) Export(ctx context.Context, kind string, w io.Writer) error {
	switch kind {
	case "providers":
		return exportRows(ctx, w, a.store.ExportProviders, inventory.WriteProviders)
	case "sites":
		return exportRows(ctx, w, a.store.ExportSites, inventory.WriteSites)
	case "circuits":
		return exportRows(ctx, w, a.store.ExportCircuits, inventory.WriteCircuits)
	case "aliases":
		return exportRows(ctx, w, a.store.ExportAliases, inventory.WriteAliases)
	case "redundancy":
		return exportRows(ctx, w, a.store.ExportRedundancy, inventory.WriteRedundancy)
	}
	return models.Invalid("export", "%q cannot be exported; it is one of %v", kind, InventoryKinds)
}

func exportRows[Row any](
	ctx context.Context, w io.Writer,
	load func(context.Context) ([]Row, error),
	write func(io.Writer, []Row) error,
) error {
	rows, err := load(ctx)
	if err != nil {
		return err
	}
	return write(w, rows)
}
