using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Millrace.Management.Store.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Second : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "WasSuspended",
                table: "tenants",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Tenant",
                table: "audit",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_audit_Actor_Revision",
                table: "audit",
                columns: new[] { "Actor", "Revision" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_Tenant_Revision",
                table: "audit",
                columns: new[] { "Tenant", "Revision" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_audit_Actor_Revision",
                table: "audit");

            migrationBuilder.DropIndex(
                name: "IX_audit_Tenant_Revision",
                table: "audit");

            migrationBuilder.DropColumn(
                name: "WasSuspended",
                table: "tenants");

            migrationBuilder.DropColumn(
                name: "Tenant",
                table: "audit");
        }
    }
}
