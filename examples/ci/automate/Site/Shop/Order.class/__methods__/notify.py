def main(evm):
    evm.log("info", f"an order came in, {evm.inputs['who']} is told")
