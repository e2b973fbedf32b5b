using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Millrace.Management.Store.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Seal : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "SealCheck",
                table: "counter",
                type: "bytea",
                nullable: true);

            migrationBuilder.UpdateData(
                table: "counter",
                keyColumn: "Id",
                keyValue: 1,
                column: "SealCheck",
                value: null);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "SealCheck",
                table: "counter");
        }
    }
}
