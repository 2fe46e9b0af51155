import { namesOf } from './adoption.ts'
import { azureBlocks, azureProviders } from './azure-blocks.ts'
import { clickhouseBlocks, clickhouseProvider, variables } from './clickhouse-blocks.ts'
import { attribute, block, comment, hcl, type Item, object, text } from './hcl.ts'
import type { TerraformInput } from './input.ts'

/** A whole `.tf` file, formatted as `terraform fmt` wants it. What exists has an `import` block, so that the first apply adopts it. */
export function toTerraform(input: TerraformInput): string {
  const names = namesOf(input)
  return hcl([
    preface(input),
    settings,
    ...azureProviders(input),
    clickhouseProvider(input),
    ...variables(input),
    ...azureBlocks(input, names),
    ...clickhouseBlocks(input, names),
  ])
}

/** `import` blocks came with Terraform 1.5; the ClickHouse provider registers endpoints by their attachment since 3.2. */
const settings: Item = block(
  'terraform',
  [],
  [
    attribute('required_version', text('>= 1.5')),
    block(
      'required_providers',
      [],
      [
        attribute('azurerm', object({ source: text('hashicorp/azurerm'), version: text('~> 4.0') })),
        attribute('clickhouse', object({ source: text('ClickHouse/clickhouse'), version: text('~> 3.2') })),
      ],
    ),
  ],
)

function preface({ maker, network, services }: TerraformInput): Item {
  return comment(
    `Private Link to ClickHouse Cloud: ${services.map(({ name }) => name).join(', ')} from ${network.name}.`,
    `Exported by privatelink-bot from request ${maker.request}.`,
    '',
    'Sign in to Azure (az login), set CLICKHOUSE_CLOUD_API_KEY and CLICKHOUSE_CLOUD_API_SECRET, then run terraform init and',
    'terraform plan. What exists is imported. Read the plan before you apply it: it must not destroy or replace anything.',
    'From then on change these resources here; the bot takes away what it made when somebody asks for a teardown.',
  )
}
