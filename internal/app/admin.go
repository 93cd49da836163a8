package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

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

// CreateToken makes an API token and gives its secret, which is kept nowhere.
func (a *App) CreateToken(ctx context.Context, name string, role models.Role) (string, error) {
	if name == "" {
		return "", models.Invalid("--name", "a token needs a name, so that it can be revoked")
	}
	if !slices.Contains(models.Roles, role) {
		return "", models.Invalid("--role", "%q is no role; it is one of %v", role, models.Roles)
	}
	secret, hash, err := models.NewToken(rand.Reader)
	if err != nil {
		return "", err
	}
	token := models.Token{
		ID: uuid.NewString(), Name: name, Hash: hash, Role: role,
		Scope: models.ScopeAll, CreatedAt: a.Now().UTC(),
	}
	if err := a.store.CreateToken(ctx, token); err != nil {
		return "", fmt.Errorf("create the token: %w", err)
	}
	return secret, nil
}

// Tokens lists the API tokens.
func (a *App) Tokens(ctx context.Context) ([]models.Token, error) { return a.store.Tokens(ctx) }

// RevokeToken ends the validity of a token; an InputError when none of this
// name is valid.
func (a *App) RevokeToken(ctx context.Context, name string) error {
	err := a.store.RevokeToken(ctx, name)
	if errors.Is(err, models.ErrNotFound) {
		return models.Invalid("token revoke", "no valid token is called %q; `lineman token list` shows them all", name)
	}
	return err
}
